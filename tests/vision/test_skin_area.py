from dataclasses import replace

import cv2
import numpy as np
import pytest

from makeup_ai.vision.face import FaceFinder, FaceMesh
from makeup_ai.vision.face_shape import face_shape
from makeup_ai.vision.skin_area import skin_area


@pytest.fixture(scope="module")
def area(astronaut: np.ndarray, mesh: FaceMesh) -> np.ndarray:
    return skin_area(astronaut, mesh)


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


def at(mask: np.ndarray, mesh: FaceMesh, *vertices: int) -> np.ndarray:
    x, y = np.round(mesh.points[list(vertices), :2]).astype(int).T
    return mask[y, x]


def test_the_mask_fits_the_photo(area, astronaut):
    assert area.shape == astronaut.shape[:2]
    assert area.dtype == np.bool_


def test_forehead_cheeks_nose_and_chin_are_skin(area, mesh):
    assert at(area, mesh, 151, 50, 280, 4, 199).all()


def test_eyes_brows_mouth_hair_suit_and_wall_are_not(area, mesh):
    right_pupil, left_pupil = np.round(mesh.irises[:, 0]).astype(int)
    assert not area[right_pupil[1], right_pupil[0]]
    assert not area[left_pupil[1], left_pupil[0]]
    assert not at(area, mesh, 105, 334, 13, 0, 17).any()  # brows, mouth, both lips
    assert not area[20, 220]  # hair over the forehead
    assert not area[300:].any()  # the suit
    assert not area[:, 350:].any()  # the background


def test_most_of_the_face_is_skin_and_little_else_is(area, mesh):
    shape = face_shape(mesh)
    seen = shape.window.crop(area.astype(np.uint8), len(shape.oval)) > 0
    assert seen[shape.oval & ~shape.holes].mean() > 0.85
    assert not seen[~shape.reach].any()


@pytest.mark.parametrize("gains", [(0.35, 0.35, 0.35), (1.5, 1.5, 1.5), (1.15, 1.0, 0.8), (0.8, 1.0, 1.2)])
def test_light_hardly_moves_it(area, astronaut, mesh, gains):
    lit = np.clip(astronaut * np.array(gains), 0, 255).astype(np.uint8)
    assert overlap(skin_area(lit, mesh), area) > 0.85


def test_a_black_and_white_photo_has_skin_too(area, astronaut, mesh):
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
    assert overlap(skin_area(grey, mesh), area) > 0.75


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_scale_hardly_moves_it(area, astronaut, mesh, factor):
    scaled = cv2.resize(astronaut, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    moved = replace(mesh, points=mesh.points * factor, irises=mesh.irises * factor)
    back = cv2.resize(skin_area(scaled, moved).astype(np.uint8), area.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert overlap(back > 0, area) > 0.93


@pytest.mark.parametrize("shade", [0.25, 0.5, 2.0])
def test_no_colour_is_skin_beforehand(area, astronaut, mesh, finder: FaceFinder, shade):
    """A face much darker or lighter than this one, in the same room, is marked just as well."""
    painted = astronaut.copy()
    painted[area] = np.clip(astronaut[area] * shade * np.array([1.0, 0.95, 0.9]), 0, 250).astype(np.uint8)
    assert overlap(skin_area(painted, mesh), area) > 0.85


def test_a_green_face_is_still_skin(area, astronaut, mesh):
    painted = astronaut.copy()
    painted[area] = astronaut[area][:, [1, 0, 2]]
    assert overlap(skin_area(painted, mesh), area) > 0.9


def test_what_covers_the_chin_is_not_skin(area, astronaut, mesh):
    covered = astronaut.copy()
    corners = mesh.points[[164, 426, 397, 152, 172, 206], :2].round().astype(np.int32)
    cv2.fillPoly(covered, [corners], (60, 120, 200))
    inside = np.zeros(area.shape, np.uint8)
    cv2.fillPoly(inside, [corners], (1,))
    found = skin_area(covered, mesh)
    assert found[cv2.erode(inside, np.ones((5, 5))) > 0].mean() < 0.2
    assert at(found, mesh, 151).all()


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_photo_without_contrast_gives_a_mask_and_no_error(mesh, value):
    assert skin_area(np.full((512, 512, 3), value, np.uint8), mesh).shape == (512, 512)


def test_a_face_that_has_left_the_photo_leaves_nothing(astronaut, mesh):
    moved = replace(mesh, points=mesh.points + np.array([5000.0, 0.0, 0.0]))
    assert not skin_area(astronaut, moved).any()


def test_a_face_cut_by_the_edge_is_marked_within_the_photo(area, astronaut, mesh):
    left = round(float(mesh.points[1, 0]))
    moved = replace(mesh, points=mesh.points - np.array([left, 0.0, 0.0]))
    cut = skin_area(np.ascontiguousarray(astronaut[:, left:]), moved)
    assert overlap(cut, area[:, left:]) > 0.8
